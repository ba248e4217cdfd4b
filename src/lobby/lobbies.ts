import type { Lobby } from "./lobby.ts";

/** The lobby of a tenant. */
export function lobbyOf(env: Env, tenantId: string): DurableObjectStub<Lobby> {
	return env.LOBBIES.getByName(tenantId);
}
