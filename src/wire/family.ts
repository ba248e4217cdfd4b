import type { Spelling } from "./encode.ts";

/** How the publishers of the four service families differ (section 0.1 of the ServiceStack reference). */
export type Family = {
	/** The spelling of texts other than JSON. */
	texts: Spelling;
	/** OPTIONS stands among the methods of its routes; every path answers it. */
	listsOptions: boolean;
	/** The answers' types have a ResponseStatus. */
	hasStatus: boolean;
	/** Guids with dashes. */
	dashes: boolean;
};

const platform: Family = { texts: "pascal", listsOptions: true, hasStatus: true, dashes: false };
const directory: Family = { texts: "camel", listsOptions: false, hasStatus: false, dashes: false };
const connections: Family = { texts: "pascal", listsOptions: false, hasStatus: true, dashes: true };

/** The family that a path belongs to. Signing in is of the platform. */
export function familyOf(path: string): Family {
	if (path.startsWith("/api/")) return connections;
	return /^\/(customers|accounts|tags)\b/i.test(path) ? directory : platform;
}
