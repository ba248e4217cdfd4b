import { signal } from "@preact/signals";
import { KEY, keptSession, type Session } from "./kept-session.ts";

export const session = signal<Session | undefined>(keptSession());
/** Why the sign-in page is shown, when nobody asked for it. */
export const signedOutBecause = signal("");

/** Whether the caller may do something; the server decides, this only hides what it would refuse. */
export function may(permission: string): boolean {
	return session.value?.user.permissions.includes(permission) ?? false;
}

/** Takes a token in, if the server knows it. `isKept` keeps it after the browser is closed. */
export async function signIn(token: string, isKept: boolean): Promise<void> {
	const response = await fetch("/auth", { headers: { Authorization: `Bearer ${token}`, Accept: "application/json" } });
	if (response.status === 401) throw new Error("This token is not known here, or it has expired.");
	if (!response.ok) throw new Error(`The server answered ${response.status}.`);
	const { userId, displayName, roles, permissions, meta } = (await response.json()) as {
		userId: string;
		displayName: string;
		roles: string[];
		permissions: string[];
		meta: { tenantId: string; contactId?: string };
	};
	const user = {
		userId,
		name: displayName || userId,
		tenantId: meta.tenantId,
		contactId: meta.contactId,
		roles,
		permissions,
	};
	const signedIn = { token, user };
	(isKept ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(signedIn));
	signedOutBecause.value = "";
	session.value = signedIn;
}

export function signOut(because = ""): void {
	localStorage.removeItem(KEY);
	sessionStorage.removeItem(KEY);
	signedOutBecause.value = because;
	session.value = undefined;
}
