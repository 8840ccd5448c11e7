// Passkeys by WebAuthn (https://www.w3.org/TR/webauthn-3/): a form with data-passkey="create" or "get" and the server's
// options; the browser's answer goes into its field "credential", and the form is sent.
"use strict";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(options) {
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

function asJson(credential) {
  const answer = credential.response;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(parts.filter((part) => answer[part]).map((part) => [part, text(answer[part])]));
  if (answer.getTransports) response.transports = answer.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function ask(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    const publicKey = withBytes(JSON.parse(form.dataset.options).publicKey);
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = asJson(credential);
    form.submit();
  } catch {
    failed.hidden = false;
    failed.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
