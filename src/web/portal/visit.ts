import { signal, type Signal } from "@preact/signals";
import { api, PortalError, type CodeChannel, type CodeSent, type Opened, type Viewed } from "./api.ts";

/** What the page shows. */
export type Screen =
	/** A link that was not opened yet. */
	| { name: "arrival" }
	| { name: "waiting"; what: string }
	/** Who sent it, and what stands before it. */
	| { name: "sender"; opened: Opened }
	| { name: "code"; opened: Opened; sent: CodeSent }
	| { name: "resource"; viewed: Viewed }
	/** The way ends here; what may be done next goes by the code. */
	| { name: "problem"; code: string; message: string }
	/** A new link was asked for. */
	| { name: "asked" }
	| { name: "left" };

export const screen: Signal<Screen> = signal<Screen>({ name: "waiting", what: "Loading" });
/** What went wrong with what was tried last; the screen stays. */
export const trouble: Signal<PortalError | undefined> = signal<PortalError | undefined>(undefined);
export const isBusy: Signal<boolean> = signal(false);

/** What the portal refuses in passing: it is said where it happened. All else ends the way. */
const PASSING = new Set([
	"OtpInvalid",
	"OtpExpired",
	"OtpAttemptsExceeded",
	"OtpSendTooSoon",
	"OtpSendLimit",
	"ChannelUnavailable",
	"ValidationFailed",
	"Predicate",
	"Offline",
	"InternalServerError",
	"Unavailable",
	"Busy",
	"ConnectionNotPending",
]);

/** The token lives in this page's memory alone: its address forgets it at once. */
let token: string | undefined;
let sessionTimer: ReturnType<typeof setTimeout> | undefined;

/** Reads the token out of the address and takes it away from there, before anything else can see it. */
export function begin(): void {
	const [, inPath = ""] = /^\/l\/([^/]+)/i.exec(location.pathname) ?? [];
	token = inPath === "" ? undefined : inPath;
	if (token !== undefined) {
		history.replaceState(null, "", "/l/");
		screen.value = { name: "arrival" };
	} else void attempt("Loading", resume);
}

/** Whether a new link can be asked for: by the token, which is gone when the page was loaded again. */
export function hasToken(): boolean {
	return token !== undefined;
}

/** A link that somebody pasted. */
export function useLink(text: string): void {
	token = /cl_[A-Za-z0-9_-]+/.exec(text)?.[0] ?? text.trim();
	void open();
}

export function open(): Promise<void> {
	return attempt("Opening the link", async () => {
		const opened = await api.open(token ?? "");
		// What this browser was shown before is shown again without more ado.
		if (opened.isViewed) await show(opened);
		else screen.value = { name: "sender", opened };
	});
}

/** Shows what the link leads to. */
export function reveal(opened: Opened): Promise<void> {
	return attempt(undefined, () => show(opened));
}

export function sendCode(opened: Opened, channel: CodeChannel["channel"]): Promise<void> {
	return attempt(undefined, async () => {
		screen.value = { name: "code", opened, sent: await api.sendCode(opened, channel) };
	});
}

export function verify(opened: Opened, code: string): Promise<void> {
	return attempt(undefined, async () => {
		await api.verify(opened, code).catch(unlessProven);
		await show(opened);
	});
}

export function requestNew(): Promise<void> {
	return attempt(undefined, async () => {
		await api.requestNew(token ?? "");
		screen.value = { name: "asked" };
	});
}

export function leave(): Promise<void> {
	// The conversation closes by itself first, so that it does not ask why the portal closes it.
	return attempt("Leaving", async () => {
		await api.logout();
		screen.value = { name: "left" };
	});
}

/** What an open conversation was closed for, or anything else that ended the way behind the page's back. */
export function ended(error: unknown): void {
	clearTimeout(sessionTimer);
	const { code, message } = problemOf(error);
	screen.value = { name: "problem", code, message };
}

/** Runs what a person asked for, one thing at a time. */
export async function attempt(waiting: string | undefined, work: () => Promise<void>): Promise<void> {
	if (isBusy.value) return;
	isBusy.value = true;
	trouble.value = undefined;
	const before = screen.value;
	if (waiting !== undefined) screen.value = { name: "waiting", what: waiting };
	try {
		await work();
	} catch (error) {
		const problem = problemOf(error);
		const isPassing = waiting === undefined ? PASSING.has(problem.code) : problem.code === "Offline";
		if (isPassing && before.name !== "waiting") {
			screen.value = before;
			trouble.value = problem;
		} else ended(problem);
	} finally {
		isBusy.value = false;
	}
}

/** A page that was loaded again goes on where it was. */
async function resume(): Promise<void> {
	const opened = await api.session().catch((error: unknown) => {
		throw problemOf(error).code === "SessionRequired" ? new PortalError("NoLink", "There is no link.") : error;
	});
	if (opened.isViewed) await show(opened);
	else screen.value = { name: "sender", opened };
}

async function show(opened: Opened): Promise<void> {
	const viewed = await api.view(opened);
	if (viewed.redirect) location.replace(viewed.redirect.url);
	screen.value = { name: "resource", viewed };
	clearTimeout(sessionTimer);
	const left = Date.parse(viewed.sessionExpiresAtUtc) - Date.now();
	sessionTimer = setTimeout(() => ended(new PortalError("SessionRequired", "Your time here is over.")), left);
}

/** The code was good, and the answer that said so was lost. */
function unlessProven(error: unknown): void {
	if (problemOf(error).code !== "OtpNotRequired") throw error;
}

function problemOf(error: unknown): PortalError {
	if (error instanceof PortalError) return error;
	console.error(error);
	return new PortalError("InternalServerError", "Something went wrong in this page. Load it again.");
}
