import type { Principal } from "../auth/principal.ts";
import type { Format } from "../wire/negotiate.ts";
import type { DescribedRoute } from "./operation.ts";

/** What Hono carries through a request. `principal` is set where a credential was sent and found good. */
export type FoyerEnv = {
	Bindings: Env;
	Variables: {
		requestId: string;
		principal: Principal | undefined;
		/** The answer is a page, which uses files of our own. */
		isPage: true | undefined;
		/** The Content-Security-Policy of an answer that has its own. */
		policy: string | undefined;
		/** The answer is a file that pages of other origins may load. */
		isShared: true | undefined;
		/** What a predefined route knows of its answer and the path does not say. */
		answer:
			| { format: Format; route: DescribedRoute | undefined; isBatch: boolean; firstMember?: string | undefined }
			| undefined;
	};
};
