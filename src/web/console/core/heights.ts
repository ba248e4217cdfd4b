/** How high the rows of a long list are and where each begins: measured where they have been on screen, guessed elsewhere. */
export class Heights {
	readonly #guess: number;
	#heights: number[] = [];
	/** Where each row begins, and behind the last where all end. Right up to `#validTo`. */
	#starts: number[] = [0];
	#validTo = 0;

	constructor(guess: number) {
		this.#guess = guess;
	}

	get count(): number {
		return this.#heights.length;
	}

	/** Rows come and go at the end; what was measured of the others stays. */
	resize(count: number): void {
		if (count < this.#heights.length) this.#heights.length = count;
		while (this.#heights.length < count) this.#heights.push(this.#guess);
		this.#validTo = Math.min(this.#validTo, count);
	}

	/** Notes a height; answers by how much it differs from what was taken for it. */
	set(row: number, height: number): number {
		const before = this.#heights[row];
		if (before === undefined || before === height) return 0;
		this.#heights[row] = height;
		this.#validTo = Math.min(this.#validTo, row);
		return height - before;
	}

	/** Where a row begins. */
	start(row: number): number {
		for (; this.#validTo < row; this.#validTo += 1)
			this.#starts[this.#validTo + 1] = (this.#starts[this.#validTo] ?? 0) + (this.#heights[this.#validTo] ?? 0);
		return this.#starts[row] ?? 0;
	}

	get total(): number {
		return this.start(this.count);
	}

	/** The row at a place, the nearest one where there is none. */
	rowAt(place: number): number {
		this.start(this.count);
		let low = 0;
		let high = Math.max(0, this.count - 1);
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if ((this.#starts[middle] ?? 0) <= place) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}
