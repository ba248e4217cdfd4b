import { env } from "cloudflare:workers";

/** Orgs of a tenant whose staff need no credential, as the demo's. */
export async function openOrgs(...ids: string[]): Promise<void> {
	const org = env.DB.prepare(
		"INSERT OR IGNORE INTO org (id, tenant_id, allow_unauthenticated_staff, created_at) VALUES (?, 'acme', 1, 0)",
	);
	await env.DB.batch(ids.map((id) => org.bind(id)));
}
