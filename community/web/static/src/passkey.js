// Passkeys: the browser is asked, and its answer goes into an ordinary form. Without this file the forms stay hidden.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

async function ask(form) {
  const sent = new FormData();
  sent.set("csrf_token", form.elements.csrf_token.value);
  const answer = await fetch(form.dataset.options, { method: "POST", body: sent });
  // Whoever has to confirm first is led to that page by the form itself.
  if (answer.redirected || !answer.ok) return null;
  const options = await answer.json();
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  if (options.user) publicKey.user = { ...options.user, id: bytes(options.user.id) };
  return form.dataset.passkey === "make" ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
}

function written({ id, rawId, type, response }) {
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    parts.attestationObject = text(response.attestationObject);
    parts.transports = response.getTransports?.() ?? [];
  } else {
    parts.authenticatorData = text(response.authenticatorData);
    parts.signature = text(response.signature);
    if (response.userHandle) parts.userHandle = text(response.userHandle);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-passkey-without]").forEach((words) => words.remove());
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const refused = form.querySelector("[role=alert]");
      refused.hidden = true;
      try {
        const credential = await ask(form);
        form.elements.answer.value = credential ? written(credential) : "-";
        form.submit();
      } catch {
        refused.textContent = form.dataset.refused;
        refused.hidden = false;
      }
    });
  });
}
