import type { Principal } from "../auth/principal.ts";

/** What Hono carries through a request. `principal` is set where a credential was sent and found good. */
export type FoyerEnv = {
	Bindings: Env;
	Variables: { requestId: string; principal: Principal | undefined };
};
