"""What is kept of a conversation with a customer, for as long as the account is there."""

from __future__ import annotations

import base64
import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from pamitan.closure.models import Closure
from pamitan.conversation.reference import new_reference


class Channel(models.TextChoices):
    """How the customer wants to be answered."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    CHAT = "chat", _("Chat")


class State(models.TextChoices):
    """Whose turn it is."""

    OPEN = "open", _("waits for us")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("finished")


class Author(models.TextChoices):
    """Who wrote a message; the system's are notices."""

    CUSTOMER = "customer", _("Customer")
    OPERATOR = "operator", _("Operator")
    SYSTEM = "system", _("Notice")


class Notice(models.TextChoices):
    """What the thread itself says. Kept as a key, so that each side reads it in its own language."""

    CALL_NOW = "call_now", _("Please call as soon as you can.")
    CALL_LATER = "call_later", _("Please call at the wanted time.")
    CUSTOMER_CALLS = "customer_calls", _("A call to the store is expected, with this case code.")
    CALL_REACHED = "call_reached", _("We spoke on the phone.")
    CALL_NO_ANSWER = "call_no_answer", _("We called, and nobody answered. We will try again.")
    CALLS_ENDED = (
        "calls_ended",
        _("We called three times, and nobody answered. Please ask for another call, or write to us."),
    )
    WRONG_NUMBER = "wrong_number", _("The number was not yours. Please give us another one.")
    NEW_NUMBER = "new_number", _("Another call is asked for.")
    IDENTITY_ASKED = "identity_asked", _("We have sent a code to the registered address, to know who is speaking.")
    IDENTITY_TEXTED = (
        "identity_texted",
        _("We have sent a code to the registered mobile number, to know who is speaking."),
    )
    IDENTITY_SHOWN = "identity_shown", _("The code was right: the account's holder is speaking.")
    CLOSURE_PREPARED = (
        "closure_prepared",
        _("The closing of the account is prepared. It starts only when its holder confirms it."),
    )
    CLOSURE_STARTED = "closure_started", _("The procedure has started.")
    HANDED_OVER = "handed_over", _("You are now talking with somebody else at our desk.")
    FINISHED = "finished", _("This conversation is finished.")


class Outcome(models.TextChoices):
    """How a call of ours went."""

    REACHED = "reached", _("I reached the customer")
    NO_ANSWER = "no_answer", _("Nobody answered")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class Conversation(models.Model):
    """A thread with one customer. Deleted, with its messages, when the account is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True, default=new_reference)
    """The short case code, easy to say on the phone."""
    account_id = models.CharField(max_length=255, db_index=True)
    channel = models.CharField(max_length=8, choices=Channel)
    area = models.CharField(max_length=60)
    topic = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closure = models.ForeignKey(Closure, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The closing that an operator prepared in this conversation."""
    phone = models.CharField(max_length=20, blank=True)
    """Where to call back, as E.164."""
    call_at = models.DateTimeField(null=True, blank=True)
    """The wanted time of a call; empty means now."""
    waiting_since = models.DateTimeField(null=True, blank=True)
    """When the oldest message that nobody has answered was written."""
    created_at = models.DateTimeField()
    last_message_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "waiting_since"], name="conversation_queue")]
        constraints = [
            models.CheckConstraint(
                name="conversation_waits_when_open",
                condition=models.Q(waiting_since__isnull=True) | models.Q(state=State.OPEN),
            ),
            models.CheckConstraint(
                name="conversation_phone_for_calls", condition=models.Q(phone="") | models.Q(channel=Channel.PHONE)
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class MessageManager(models.Manager["Message"]):
    """Messages with what they have of a mail, so that a long thread costs one query."""

    def get_queryset(self) -> models.QuerySet[Message]:
        return super().get_queryset().select_related("mail")


class Message(models.Model):
    """One thing said in a conversation: words of a person, or a notice."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=8, choices=Author)
    text = models.TextField(blank=True)
    notice = models.CharField(max_length=20, choices=Notice, blank=True)
    name = models.CharField(max_length=60, blank=True)
    """Of whom a notice speaks, as customers know them; empty where they are known by the store's name alone."""
    key = models.UUIDField(null=True, blank=True, editable=False)
    """Drawn by the page on which it was written: what is sent twice, because no answer came back, is said once."""
    file_count = models.PositiveSmallIntegerField(default=0)
    """So that a thread without files costs no look for them."""
    created_at = models.DateTimeField()

    objects = MessageManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="message_said_once", fields=["conversation", "key"]),
            models.CheckConstraint(
                name="message_is_words_or_notice",
                condition=models.Q(author=Author.SYSTEM, text="") & ~models.Q(notice="")
                | ~models.Q(author=Author.SYSTEM) & models.Q(notice="") & ~models.Q(text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} in {self.conversation_id}"


def new_mail_token() -> str:
    """160 random bits in small letters and digits, as mail servers leave them."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


class MailThread(models.Model):
    """What ties mails to a conversation. Who has the token has had a mail of this conversation."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="mail_thread")
    token = models.CharField(max_length=32, unique=True, default=new_mail_token)
    last_received = models.CharField(max_length=320, blank=True)
    """The Message-ID of the customer's latest mail; our next answer refers to it."""

    def __str__(self) -> str:
        return f"mails of {self.conversation_id}"


class Typing(models.Model):
    """Who is writing just now; a row says so for some seconds."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.CharField(max_length=8, choices=Author)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="typing_once", fields=["conversation", "author"])]

    def __str__(self) -> str:
        return f"{self.author} in {self.conversation_id}"


class AnswerTime(models.Model):
    """How long one customer waited for an answer while the desk was open. Says nothing of whom."""

    channel = models.CharField(max_length=8, choices=Channel)
    seconds = models.PositiveIntegerField()
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["channel", "answered_at"], name="answer_time_recent")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.seconds} s"


class MailPart(models.Model):
    """What a message that came by mail has beside its words."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="mail")
    rest = models.TextField(blank=True)
    """The mail that it answers and the signature, shown folded."""
    damaged = models.BooleanField(default=False)
    some_refused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"mail of message {self.message_id}"


class Attachment(models.Model):
    """A file of a customer or an operator. Its content lies under ``stored`` in a folder that no web server knows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    stored = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.id)


class HeldMail(models.Model):
    """A mail that says it is of a customer; nothing comes of it unless the holder of the registered address says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account_id = models.CharField(max_length=255, db_index=True)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    raw = models.BinaryField()
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
