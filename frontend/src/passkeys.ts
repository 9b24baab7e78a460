// Passkeys: signing in by one, and making one. What needs them is hidden until the browser has them here; all else works without this.

const works = (origin = ""): boolean => "PublicKeyCredential" in window && isSecureContext && location.origin === origin;
const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer: ArrayBuffer | null): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer()))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const RENEWED = 4 * 60_000; // ms: a challenge stands for five minutes (core/passkeys.py)

interface Listed {
  type: "public-key";
  id: string;
  transports: AuthenticatorTransport[];
}
type Asked = PublicKeyCredentialRequestOptions & { challenge: string; allowCredentials: Listed[] };
type New = PublicKeyCredentialCreationOptions & { challenge: string; user: { id: string }; excludeCredentials: Listed[] };

const listed = (had: Listed[]): PublicKeyCredentialDescriptor[] => had.map((one) => ({ ...one, id: bytes(one.id) }));

async function make(asked: New): Promise<object> {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const publicKey = { ...asked, user, challenge: bytes(asked.challenge), excludeCredentials: listed(asked.excludeCredentials) };
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const told = made.response as AuthenticatorAttestationResponse;
  const transports = told.getTransports?.() ?? [];
  return answered(made, { attestationObject: text(told.attestationObject), transports });
}

/** The server's answer may begin a session: it must not outlive the page, as what `post` of http.ts sends does, and take the place of one
 * in which somebody has signed in by their password meanwhile. */
async function use(begin: string, signal: AbortSignal, mediation: CredentialMediationRequirement): Promise<object> {
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const told = await fetch(begin, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "error", signal });
  if (!told.ok) throw new Error(`${begin}: ${told.status}`);
  const asked = (await told.json()) as Asked;
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const used = (await navigator.credentials.get({ publicKey, signal, mediation })) as PublicKeyCredential;
  const { authenticatorData, signature, userHandle } = used.response as AuthenticatorAssertionResponse;
  return answered(used, { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) });
}

/** As PublicKeyCredential.toJSON gives it, which some programs that keep passkeys do not have. */
function answered(one: PublicKeyCredential, response: object): object {
  const id = text(one.rawId);
  return { id, rawId: id, type: one.type, response: { ...response, clientDataJSON: text(one.response.clientDataJSON) } };
}

/** By the name of what the browser raised: NotAllowedError is all that it tells of a person who would not, could not or had none. */
function why(error: unknown): string {
  if (!(error instanceof DOMException)) return "away";
  const known: Record<string, string> = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "taken" };
  known["NotSupportedError"] = known["ConstraintError"] = "unable";
  return known[error.name] ?? "failed";
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (!works(form.dataset["origin"])) continue;
  form.hidden = false;
  form.querySelector<HTMLElement>("[autofocus]")?.focus(); // what is hidden gets it from nobody
  const says = form.querySelector<HTMLElement>("[data-passkey-says]")!;
  const [words, button] = [says.querySelector("span")!, form.querySelector("button")!];
  const begin = form.dataset["begin"] ?? "";
  let waiting = new AbortController(); // for the browser's own offer, in the field of the address

  const send = (answer: object): void => {
    form.querySelector<HTMLInputElement>("[name=answer]")!.value = JSON.stringify(answer);
    form.submit();
  };
  const offer = async (): Promise<void> => {
    waiting.abort();
    const { signal } = (waiting = new AbortController());
    await use(begin, signal, "conditional").then(send, () => {}); // nobody has asked for it: nothing is told
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    waiting.abort();
    [button.disabled, says.hidden] = [true, true];
    try {
      const asked = document.getElementById("options")?.textContent;
      send(await (asked ? make(JSON.parse(asked) as New) : use(begin, new AbortController().signal, "optional")));
    } catch (error) {
      words.textContent = words.dataset[why(error)] ?? "";
      [button.disabled, says.hidden] = [false, false];
      if ("autofill" in form.dataset) void offer();
    }
  });
  addEventListener("pageshow", () => (button.disabled = false));
  if ("autofill" in form.dataset && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    void offer();
    setInterval(() => document.hidden || button.disabled || void offer(), RENEWED);
  }
}

for (const shown of document.querySelectorAll<HTMLElement>("[data-passkey-works]")) shown.hidden = !works(shown.dataset["passkeyWorks"]);
const unfit = [...document.querySelectorAll<HTMLElement>("[data-passkey-works], form[data-passkey=make]")].some((one) => one.hidden);
for (const told of document.querySelectorAll<HTMLElement>("[data-passkey-not]")) told.hidden = !unfit;

export {};
