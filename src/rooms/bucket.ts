export type Rate = { burst: number; perSecond: number };

/** A token bucket, in memory: after the 10 idle seconds that hibernation takes it would be full again anyway. */
export class Bucket {
	readonly #rate: Rate;
	#tokens: number;
	#refilledAt: number;

	constructor(rate: Rate, now = Date.now()) {
		this.#rate = rate;
		this.#tokens = rate.burst;
		this.#refilledAt = now;
	}

	/** Takes a token and answers 0, or answers in how many milliseconds there will be one. */
	take(now: number): number {
		const { burst, perSecond } = this.#rate;
		this.#tokens = Math.min(burst, this.#tokens + ((now - this.#refilledAt) * perSecond) / 1000);
		this.#refilledAt = now;
		if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1000) / perSecond);
		this.#tokens -= 1;
		return 0;
	}
}
