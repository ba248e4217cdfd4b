import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { call, messageOf } from "./core/api.ts";
import { Avatar } from "./core/avatar.tsx";
import { useLoad } from "./core/load.tsx";
import { signedOutBecause, signIn } from "./core/session.ts";
import { beginOidc, finishOidc, isReturning, type OidcSettings } from "./oidc.ts";

type DemoPerson = { role: string; number: number; name: string };

/** What `GET /console/settings` tells of this deployment. */
type Settings = { tenants: { tenantId: string; name: string }[]; people: DemoPerson[]; oidc: OidcSettings | null };

const describes: Record<string, string> = {
	Agent: "Takes part in chats and serves visitors",
	Administrator: "Sees every chat of the tenant",
	Manager: "Keeps customers, connections and links",
	SystemAdministrator: "Works across tenants",
	Customer: "Sees their own customers",
};

/** By a click in development, by the organisation's own sign-in where one is set up, by a token everywhere. */
export function SignIn(): JSX.Element {
	const settings = useLoad("settings", () => call<Settings>("GET", "/console/settings"));
	const token = useSignal("");
	const isKept = useSignal(false);
	const problem = useSignal("");
	const isBusy = useSignal(false);
	const attempt = async (work: () => Promise<void>): Promise<void> => {
		problem.value = "";
		isBusy.value = true;
		try {
			await work();
		} catch (error) {
			problem.value = messageOf(error);
		}
		isBusy.value = false;
	};
	useLoad("oidc", async () => {
		if (isReturning()) await attempt(async () => signIn(await finishOidc(), false));
	});
	const become = async (tenant: string, { role, number }: DemoPerson): Promise<void> => {
		const { token } = await call<{ token: string }>("POST", "/auth/dev", { tenant, role, number });
		await signIn(token, false);
	};
	const { tenants = [], people = [], oidc = null } = settings.value ?? {};
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<h1>Foyer console</h1>
				<p class="quiet">{signedOutBecause.value || "Sign in to answer your customers."}</p>
				{problem.value && (
					<p class="notice danger" role="alert">
						{problem}
					</p>
				)}
				{settings.error && (
					<p class="notice danger" role="alert">
						{settings.error}
					</p>
				)}
				{oidc && (
					<button
						type="button"
						class="button primary large"
						disabled={isBusy.value}
						onClick={() => void attempt(() => beginOidc(oidc))}
					>
						Sign in with {oidc.name}
					</button>
				)}
				{tenants.map(({ tenantId, name }) => (
					<section key={tenantId} aria-labelledby={`tenant-${tenantId}`}>
						<h2 id={`tenant-${tenantId}`}>{name}</h2>
						<ul class="identities">
							{people.map((person) => (
								<li key={person.name}>
									<button
										type="button"
										class="identity"
										disabled={isBusy.value}
										onClick={() => void attempt(() => become(tenantId, person))}
									>
										<Avatar name={person.name} />
										<b>{person.name}</b>
										<span class="quiet small">{describes[person.role]}</span>
									</button>
								</li>
							))}
						</ul>
					</section>
				))}
				<details open={tenants.length === 0 && !oidc && settings.value !== undefined}>
					<summary>Sign in with a token or an API key</summary>
					<form
						class="stack"
						onSubmit={(event) => {
							event.preventDefault();
							void attempt(() => signIn(token.value.trim(), isKept.value));
						}}
					>
						<label class="field">
							<span class="label">Token</span>
							<textarea
								class="input mono"
								rows={3}
								required
								spellcheck={false}
								autocomplete="off"
								value={token}
								onInput={(event) => (token.value = event.currentTarget.value)}
							/>
						</label>
						<label class="check">
							<input
								type="checkbox"
								checked={isKept}
								onInput={(event) => (isKept.value = event.currentTarget.checked)}
							/>
							Stay signed in on this device
						</label>
						<button type="submit" class="button" disabled={isBusy.value || token.value.trim() === ""}>
							Sign in
						</button>
					</form>
				</details>
			</div>
		</main>
	);
}
