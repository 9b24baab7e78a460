// Fuzzy find over thousands of lines in memory: teczka/core/find.py in the browser, held to the same vectors. What a line looks like,
// and why, stands there.

const FEW = 8;
const SHORT = 3;
const LETTERS = 4;
const PARTS = 3;
const WHOLE: Record<string, string> = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ħ: "h", ŧ: "t", ß: "ss" };

/** How well a word of the query fits, the best first. */
const [NUMBER, REFERENCE, NUMBER_BEGINS, REFERENCE_BEGINS, DIGITS, DIGITS_BEGIN, WHOLE_WORD, WORD_BEGINS, INSIDE, SLIP] = [...Array(10).keys()] as
  [number, number, number, number, number, number, number, number, number, number];

interface Typed {
  anywhere: readonly string[];
  signs: readonly (readonly [string, number])[];
  slip: RegExp | null;
}

/** language/fold.py's: lower case, no marks, letters that Unicode does not take apart. */
export const fold = (text: string): string =>
  text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[łøđðþæœıħŧß]/g, (sign) => WHOLE[sign] ?? sign);

/** The places of the lines that all words of the folded query are in, the best first. */
export const find = (query: string, lines: readonly string[]): number[] => ranked(query, lines, Infinity).map(([, place]) => place);

/** How well, and where: at most so many. */
export function ranked(query: string, lines: readonly string[], most: number): [rank: number, place: number][] {
  const read = readings(query);
  if (!read.length) return [];
  const hits: [number, number][] = [];
  lines.forEach((line, place) => {
    const rank = Math.min(...read.map((reading) => fit(reading, line, false)));
    if (rank < Infinity) hits.push([rank, place]);
  });
  if (hits.length < FEW) {
    const found = new Set(hits.map(([, place]) => place));
    const last = read[read.length - 1] as Typed[];
    lines.forEach((line, place) => {
      const rank = found.has(place) ? Infinity : fit(last, line, true);
      if (rank < Infinity) hits.push([rank, place]);
    });
  }
  return hits.sort((one, other) => one[0] - other[0] || one[1] - other[1]).slice(0, most);
}

function asNumber(folded: string): string {
  const squeezed = folded.replace(/\s*\/\s*/g, "/").replace(/(?<=\d)[^\p{L}\p{N}/]+(?=\d)/gu, "/").replace(/[^\p{L}\p{N}/]+/gu, "");
  return squeezed.replace(/\/(?:19|20)(\d\d)(?!\d)/g, "/$1").replace(/(\p{L})\/?(?=\d)/gu, "$1'");
}

function readings(query: string): Typed[][] {
  const tokens = query.replace(/\s*\/\s*/g, "/").match(/[\p{L}\p{N}]+(?:\/[\p{L}\p{N}]*)*/gu) ?? [];
  const typed = tokens.flatMap((token) => (/\d/.test(token) ? [token] : token.split("/"))).filter(Boolean);
  if (!typed.length) return [];
  const all = [typed];
  const first = Math.max(0, typed.findIndex((word) => /^\d/.test(word)));
  for (let begin = first - 1; begin >= Math.max(0, first - PARTS); begin--) {
    const word = typed[begin] ?? "";
    if (word.length > LETTERS || /\d/.test(word)) break;
    all.unshift([...typed.slice(0, begin), typed.slice(begin, first + 1).join(""), ...typed.slice(first + 1)]);
  }
  if (/\d/.test(query)) all.unshift([query]);
  return all.map((reading) => reading.map(read));
}

function read(word: string): Typed {
  if (!/\d/.test(word)) {
    return { anywhere: [word], signs: [[` =${word}`, NUMBER_BEGINS], [` #${word}`, REFERENCE_BEGINS], ...asWord(word)], slip: slipOf(word) };
  }
  const number = asNumber(word);
  const begun = number.replace(/\/(?:19|20)(\d?)$/, "/$1");
  const signs: [string, number][] = [[` =${number} `, NUMBER], [` #${number} `, REFERENCE]];
  for (const one of new Set([number, begun])) {
    signs.push([` =${one}`, NUMBER_BEGINS], [` #${one}`, REFERENCE_BEGINS]);
    if (/^\d/.test(one)) signs.push([`'${one} `, DIGITS], [`'${one}`, DIGITS_BEGIN]);
  }
  const plain = /^[\p{L}\p{N}]+$/u.test(word) ? word : number;
  signs.push(...asWord(plain), [begun, INSIDE]);
  return { anywhere: [begun, plain], signs: signs.sort((one, other) => one[1] - other[1]), slip: null };
}

const asWord = (word: string): [string, number][] => [[` ${word} `, WHOLE_WORD], [` ${word}`, WORD_BEGINS], [word, INSIDE]];

function fit(reading: readonly Typed[], line: string, slips: boolean): number {
  let [worst, total] = [0, 0];
  for (const { anywhere, signs, slip } of reading) {
    let rank = anywhere.some((one) => line.includes(one)) ? signs.find(([sign]) => line.includes(sign))?.[1] : undefined;
    if (rank === undefined && slips && slip?.test(line)) rank = SLIP;
    if (rank === undefined) return Infinity;
    worst = Math.max(worst, rank);
    total += rank;
  }
  return worst * 1000 + total;
}

function slipOf(word: string): RegExp | null {
  if (word.length < SHORT) return null;
  const ways = [[...word.slice(1)].map((sign) => `[^ ${sign}]*${sign}`).join("")];
  const longer = word.length > SHORT;
  for (let place = 1; longer && place < word.length; place++) {
    const [before, after, following] = [word.slice(1, place), word.slice(place + 1), word[place + 1]];
    ways.push(`${before}[^ ]${after}`, before + after);
    if (following) ways.push(before + following + word[place] + word.slice(place + 2));
  }
  return new RegExp(` (?:${word[0]}(?:${ways.join("|")})${longer ? `|[^ ]${word.slice(1)}` : ""})`);
}
