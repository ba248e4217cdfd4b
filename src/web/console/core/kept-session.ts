/** Who is signed in, as `GET /auth` describes them. */
type User = {
	userId: string;
	name: string;
	tenantId: string;
	/** The contact that the caller is, if any: a GUID or a number. */
	contactId?: string | undefined;
	roles: string[];
	permissions: string[];
};
export type Session = { token: string; user: User };

/** Under which name it is kept, for this tab or for longer. */
export const KEY = "foyer.console.session";

export function keptSession(): Session | undefined {
	const text = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
	return text === null ? undefined : (JSON.parse(text) as Session);
}
