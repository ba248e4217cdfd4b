import type { Context } from "hono";
import { Failure } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** The version that a change is meant for, by `If-Match`; undefined, as for `*`: whichever there is. */
export function wantedVersion(c: Context<FoyerEnv>): number | undefined {
	const header = c.req.header("If-Match")?.trim();
	if (header === undefined || header === "*") return undefined;
	const [, digits] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header) ?? [];
	if (digits === undefined) throw new Failure("PreconditionFailed", "If-Match is the version that an answer gave.");
	return Number(digits);
}
