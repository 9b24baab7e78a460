// To, Cc and Bcc: a chip for each recipient, completion from memory. The field itself holds what is written meanwhile; what goes to the
// server is text as in a letter's header, which it alone takes apart.

import { fill, fromTemplate } from "./shared.js";

export interface Person {
  name: string;
  address: string;
  outside?: boolean; // of no domain that one has written to
  wrong?: boolean; // no address
}
const MOST = 8; // suggestions
const PLAIN = /^[^\s<>,;"@]+@[^\s<>,;"@]+\.[^\s<>,;"@]+$/;

let known: Promise<Person[]> | null = null;
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ł/gi, "l").toLowerCase();

export class People {
  onChange: () => void = () => {};
  readonly name: string;
  readonly #box: HTMLElement;
  readonly #chips: HTMLElement;
  readonly #list: HTMLElement;
  #pending: Promise<void> = Promise.resolve();
  #unread: string[] = []; // on their way to become chips
  #offered: Person[] = [];
  #at = -1;

  constructor(
    readonly input: HTMLInputElement,
    readonly url: string,
    readonly ask: (body: FormData) => Promise<Response>,
  ) {
    this.name = input.dataset["people"] ?? "";
    this.#box = input.closest(".people") as HTMLElement;
    this.#chips = this.#box.querySelector(".chips") as HTMLElement;
    this.#list = this.#box.querySelector("[role=listbox]") as HTMLElement;
    input.removeAttribute("name");
    input.addEventListener("input", () => void this.#suggest());
    input.addEventListener("focus", () => (known ??= this.#load()), { once: true });
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("paste", (event) => this.#paste(event));
    input.addEventListener("blur", () => {
      this.#close();
      this.take();
    });
    this.#list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.#choose(Number(option.dataset["at"]));
    });
    this.#box.addEventListener("click", (event) => event.target === this.#box && input.focus());
    this.#chips.addEventListener("keydown", (event) => this.#chipKey(event));
    this.#chips.addEventListener("click", (event) => this.#chipClick(event));
    const text = input.value;
    input.value = "";
    if (text) this.set(text);
  }

  /** Each as in a header, in a line of its own: `"Nowak, Jan" <jan@…>`. What is not read yet keeps the lines that it came with. */
  get value(): string {
    const chips = [...this.#chips.children].map((chip) => (chip as HTMLElement).dataset["value"] ?? "");
    return [...chips, ...this.#unread, this.input.value.trim()].filter(Boolean).join("\n");
  }

  set(text: string): void {
    this.#chips.replaceChildren();
    this.#unread = []; // what is still answered of it comes too late
    if (text.trim()) this.#read(text);
  }

  add(person: Person): void {
    const chip = fromTemplate("t-chip");
    if (!chip) return;
    const shown = person.name || person.address;
    fill(chip, "who", shown);
    fill(chip, "domain", person.outside && person.name ? person.address.slice(person.address.indexOf("@")) : "");
    for (const look of ["outside", "wrong"] as const) chip.classList.toggle(look, Boolean(person[look]));
    for (const button of chip.querySelectorAll("button")) button.ariaLabel += `: ${shown}`;
    chip.title = person.address;
    chip.dataset["value"] = person.name ? `"${person.name.replace(/["\\]/g, "\\$&")}" <${person.address}>` : person.address;
    this.#chips.append(chip);
  }

  /** What is written becomes chips; afterwards `settled` tells when they are there. */
  take(): void {
    const text = this.input.value.trim().replace(/[,;]$/, "");
    this.input.value = "";
    if (!text) return;
    this.#read(text);
    this.onChange();
  }

  async settled(): Promise<void> {
    this.take();
    await this.#pending;
  }

  #read(text: string): void {
    const body = new FormData();
    body.set("text", text);
    const unread = this.#unread;
    unread.push(text);
    this.#pending = this.#pending.then(async () => {
      if (unread !== this.#unread) return;
      const people = await this.ask(body)
        .then(async (answer) => ((await answer.json()) as { people: Person[] }).people)
        .catch(() => text.split(/[\r\n,]+/).filter((part) => part.trim()).map((address) => ({ name: "", address: address.trim(), wrong: !PLAIN.test(address.trim()) })));
      if (unread !== this.#unread) return;
      unread.shift(); // they are read one after the other
      for (const person of people) this.add(person);
      if (document.activeElement === this.input) this.#box.scrollTop = this.#box.scrollHeight; // to where one goes on writing
    });
  }

  async #load(): Promise<Person[]> {
    try {
      return ((await (await fetch(this.url)).json()) as { people: Person[] }).people;
    } catch {
      known = null;
      return [];
    }
  }

  async #suggest(): Promise<void> {
    if (/[,;]$/.test(this.input.value)) return this.take();
    const typed = folded(this.input.value.trim());
    this.onChange();
    const people = typed ? await (known ??= this.#load()) : [];
    if (folded(this.input.value.trim()) !== typed) return;
    this.#offered = people
      .filter(({ name, address }) => folded(address).startsWith(typed) || ` ${folded(name)}`.includes(` ${typed}`) || address.includes(`@${typed}`))
      .slice(0, MOST);
    this.#show(this.#offered.length ? 0 : -1);
  }

  #show(at: number): void {
    this.#at = at;
    this.#list.hidden = at < 0;
    this.input.setAttribute("aria-expanded", String(at >= 0));
    const options = this.#offered.map((person, index) => {
      const option = fromTemplate("t-person") as HTMLElement;
      option.id = `${this.name}-${index}`;
      option.dataset["at"] = String(index);
      option.setAttribute("aria-selected", String(index === at));
      fill(option, "name", person.name || person.address);
      fill(option, "address", person.name ? person.address : "");
      return option;
    });
    this.#list.replaceChildren(...(at < 0 ? [] : options));
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.name}-${at}`);
  }

  #close(): void {
    this.#offered = [];
    this.#show(-1);
  }

  #choose(at: number): void {
    const person = this.#offered[at];
    if (!person) return;
    this.input.value = "";
    this.add(person);
    this.#close();
    this.onChange();
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#at >= 0) this.#show((this.#at + step + this.#offered.length) % this.#offered.length);
    else if (event.key === "Escape" && this.#at >= 0) this.#close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.#at >= 0) this.#choose(this.#at);
    else if (event.key === "Enter" && this.input.value.trim()) this.take();
    else if (event.key === "Enter") return event.preventDefault(); // it would press a button
    else if ((event.key === "Backspace" || event.key === "ArrowLeft") && !this.input.selectionEnd) (this.#chips.lastElementChild as HTMLElement | null)?.focus();
    else return;
    if (event.key === "Tab" && !this.#list.hidden) return;
    event.preventDefault();
    event.stopPropagation(); // Esc has closed the list, and not the letter
  }

  #paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/@.*[\n\t,;]|[\n\t;].*@|>\s*$/s.test(text)) return;
    event.preventDefault();
    this.#read(text);
    this.onChange();
  }

  #chipKey(event: KeyboardEvent): void {
    const chip = (event.target as Element).closest<HTMLElement>(".chip");
    if (!chip) return;
    const to = event.key === "ArrowLeft" ? chip.previousElementSibling : event.key === "ArrowRight" ? (chip.nextElementSibling ?? this.input) : null;
    if (to) (to as HTMLElement).focus();
    else if (event.key === "Backspace" || event.key === "Delete") this.#remove(chip);
    else if (event.key === "Enter") this.#edit(chip);
    else return;
    event.preventDefault();
  }

  #chipClick(event: MouseEvent): void {
    const chip = (event.target as Element).closest<HTMLElement>(".chip");
    if (chip && (event.target as Element).closest("button")) this.#remove(chip);
    else chip?.focus();
  }

  #edit(chip: HTMLElement): void {
    this.take();
    this.input.value = chip.dataset["value"] ?? "";
    this.#remove(chip);
    this.input.focus();
  }

  #remove(chip: HTMLElement): void {
    const next = (chip.previousElementSibling ?? chip.nextElementSibling ?? this.input) as HTMLElement;
    chip.remove();
    next.focus();
    this.onChange();
  }
}
