// What is known of where rows lie: cursors by index.

export const BLOCK = 50;

/** The rows that come after the cursor `after` begin at `index`; "" is before the newest. */
export interface Anchor {
  index: number;
  after: string;
}

export class Anchors {
  #known: Anchor[] = [{ index: 0, after: "" }];

  /** The nearest at or before the index. There is always one: the folder's beginning. */
  below(index: number): Anchor {
    return this.#known[this.#position(index)] as Anchor;
  }

  /** Where the next one after the index lies. */
  above(index: number): number {
    return this.#known[this.#position(index) + 1]?.index ?? Infinity;
  }

  add(index: number, after: string): void {
    const at = this.#position(index);
    if (this.#known[at]?.index !== index) this.#known.splice(at + 1, 0, { index, after });
    else if (index > 0) this.#known[at] = { index, after };
  }

  /** `by` rows came in above everything that is known. */
  shift(by: number): void {
    for (const anchor of this.#known.slice(1)) anchor.index += by;
  }

  /** Rows after the index may have moved. */
  forgetAfter(index: number): void {
    this.#known.length = this.#position(index) + 1;
  }

  #position(index: number): number {
    let low = 0;
    let high = this.#known.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#known[middle] as Anchor).index <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
