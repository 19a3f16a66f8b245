/*
 * Plain data as bytes: what JSON knows, `undefined`, maps and sets. What is one object stays one. The form is made for reading:
 * a system has few different texts and few shapes of objects, each of which stands in a table once, and everything else is numbers.
 *
 *     mark, number of words           4 bytes each
 *     words                           4 bytes each: what it is in the lowest bits, and a number above them
 *     tables                          JSON
 *
 * In the byte order of the machine; another machine's bytes are refused.
 */
const MARK = 0x0f_4a_17_01;
const WORD = 4;
const START = 2 * WORD;

const BITS = 4;
const MASK = (1 << BITS) - 1;
/** A number up to this stands in its word. */
const MOST_IN_WORD = 2 ** (31 - BITS) - 1;

const CONSTANT = 0;
const INTEGER = 1;
const TEXT = 2;
const LIST = 3;
const OBJECT = 4;
const MAP = 5;
const SET = 6;
const NUMBER = 7;
/** An object that came before. */
const AGAIN = 8;

const CONSTANTS = [null, true, false, undefined] as const;

interface Tables {
  readonly texts: readonly string[];
  /** Names of fields, in order. */
  readonly shapes: readonly (readonly string[])[];
  /** Numbers that do not fit into a word, as texts: JSON does not know all of them. */
  readonly numbers: readonly string[];
}

/** @throws TypeError where something is no plain data */
export function encodePlain(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.write(value);
  return writer.bytes();
}

/** @throws where the bytes are damaged */
export function decodePlain(bytes: Uint8Array): unknown {
  const [mark, length] = wordsIn(bytes, 0, START);
  if (mark !== MARK || length === undefined) throw new TypeError("no plain data");
  const end = START + length * WORD;
  return read(
    wordsIn(bytes, START, end),
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + end, bytes.length - end).toString()) as Tables,
  );
}

/** A copy, because words have to lie at multiples of their size. */
function wordsIn({ buffer, byteOffset }: Uint8Array, start: number, end: number): Int32Array {
  return new Int32Array(buffer.slice(byteOffset + start, byteOffset + end));
}

class Writer {
  #words = new Int32Array(1 << 12);
  #length = 0;
  readonly #texts = new Numbered<string>();
  readonly #shapes = new Numbered<string>();
  readonly #fields: (readonly string[])[] = [];
  readonly #numbers: string[] = [];
  readonly #objects = new Map<object, number>();

  bytes(): Uint8Array {
    const tables: Tables = { texts: this.#texts.all(), shapes: this.#fields, numbers: this.#numbers };
    const words = this.#words.subarray(0, this.#length);
    return Buffer.concat([asBytes(new Int32Array([MARK, words.length])), asBytes(words), Buffer.from(JSON.stringify(tables))]);
  }

  write(value: unknown): void {
    if (typeof value === "string") this.#put(TEXT, this.#texts.of(value));
    else if (typeof value === "number") this.#writeNumber(value);
    else if (typeof value === "object" && value !== null) this.#writeObject(value);
    else {
      const constant = CONSTANTS.indexOf(value as (typeof CONSTANTS)[number]);
      if (constant < 0) throw new TypeError(`a ${typeof value} is no plain data`);
      this.#put(CONSTANT, constant);
    }
  }

  #writeNumber(value: number): void {
    const isNegativeZero = Object.is(value, -0);
    if (Number.isInteger(value) && Math.abs(value) <= MOST_IN_WORD && !isNegativeZero) this.#put(INTEGER, value);
    else this.#put(NUMBER, this.#numbers.push(isNegativeZero ? "-0" : String(value)) - 1);
  }

  #writeObject(value: object): void {
    const before = this.#objects.get(value);
    if (before !== undefined) return this.#put(AGAIN, before);
    this.#objects.set(value, this.#objects.size);
    if (Array.isArray(value)) {
      this.#put(LIST, value.length);
      for (const item of value) this.write(item);
    } else if (value instanceof Map) {
      this.#put(MAP, value.size);
      for (const [key, item] of value) {
        this.write(key);
        this.write(item);
      }
    } else if (value instanceof Set) {
      this.#put(SET, value.size);
      for (const item of value) this.write(item);
    } else {
      const fields = Object.keys(value);
      const shape = this.#shapes.of(JSON.stringify(fields));
      this.#fields[shape] ??= fields;
      this.#put(OBJECT, shape);
      for (const field of fields) this.write((value as Record<string, unknown>)[field]);
    }
  }

  #put(kind: number, number: number): void {
    if (this.#length === this.#words.length) {
      const longer = new Int32Array(2 * this.#length);
      longer.set(this.#words);
      this.#words = longer;
    }
    this.#words[this.#length++] = (number << BITS) | kind;
  }
}

/** Values, each with its number in the order in which they came. */
class Numbered<T> {
  readonly #numbers = new Map<T, number>();

  of(value: T): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  all(): readonly T[] {
    return [...this.#numbers.keys()];
  }
}

function asBytes(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function read(words: Int32Array, { texts, shapes, numbers }: Tables): unknown {
  const objects: object[] = [];
  let at = 0;
  const started = <T extends object>(value: T): T => {
    objects.push(value);
    return value;
  };
  const next = (): unknown => {
    const word = words[at++]!;
    const number = word >> BITS;
    switch (word & MASK) {
      case CONSTANT:
        return CONSTANTS[number];
      case INTEGER:
        return number;
      case TEXT:
        return texts[number];
      case LIST: {
        const list = started<unknown[]>([]);
        for (let index = 0; index < number; index++) list.push(next());
        return list;
      }
      case OBJECT: {
        const object = started<Record<string, unknown>>({});
        for (const field of shapes[number]!) {
          if (field === "__proto__")
            Object.defineProperty(object, field, { value: next(), configurable: true, enumerable: true, writable: true });
          else object[field] = next();
        }
        return object;
      }
      case MAP: {
        const map = started(new Map<unknown, unknown>());
        for (let index = 0; index < number; index++) map.set(next(), next());
        return map;
      }
      case SET: {
        const set = started(new Set<unknown>());
        for (let index = 0; index < number; index++) set.add(next());
        return set;
      }
      case NUMBER:
        return Number(numbers[number]);
      case AGAIN:
        return objects[number];
      default:
        throw new TypeError("no plain data");
    }
  };
  return next();
}
