/** Chances that come out the same for the same seed (mulberry32). */
export class Chance {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** 0 up to, not including, `end`. */
	below(end: number): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
	}

	/** One of these; undefined where there are none. */
	of<T>(choices: readonly T[]): T | undefined {
		return choices[this.below(choices.length)];
	}

	/** One of the names, each as likely as its weight. */
	weighted<Name extends string>(weights: Record<Name, number>): Name {
		const names = Object.keys(weights) as Name[];
		let left = this.below(names.reduce((sum, name) => sum + weights[name], 0));
		return names.find((name) => (left -= weights[name]) < 0) as Name;
	}
}
