import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { chooseTheme, theme, type Theme } from "../theme.ts";
import { Announcements, complain } from "./core/announce.tsx";
import { Avatar } from "./core/avatar.tsx";
import { Dialog } from "./core/dialog.tsx";
import { Icon, type IconName } from "./core/icons.tsx";
import { go, place, route } from "./core/route.ts";
import { may, session, signOut } from "./core/session.ts";
import { shortcuts, useKeys } from "./core/shortcuts.ts";
import { unreadCount } from "./inbox/chats.ts";
import { Inbox } from "./inbox/inbox.tsx";
import { SignIn } from "./sign-in.tsx";

type View = ComponentType<{ parts: readonly string[] }>;
type Section = {
	id: string;
	name: string;
	icon: IconName;
	key: string;
	permission: string;
	view: View | (() => Promise<View>);
};

/** What is not the inbox comes when it is asked for. */
const sections: Section[] = [
	{ id: "inbox", name: "Inbox", icon: "inbox", key: "i", permission: "chat:use", view: Inbox },
	{
		id: "customers",
		name: "Customers",
		icon: "customers",
		key: "u",
		permission: "customers:read",
		view: later(() => import("./customers/customers.tsx").then(({ Customers }) => Customers)),
	},
	{
		id: "connections",
		name: "Connections",
		icon: "connections",
		key: "o",
		permission: "connections:use",
		view: later(() => import("./connections/connections.tsx").then(({ Connections }) => Connections)),
	},
	{
		id: "links",
		name: "Links",
		icon: "links",
		key: "l",
		permission: "links:manage",
		view: later(() => import("./links/links.tsx").then(({ Links }) => Links)),
	},
	{
		id: "activity",
		name: "Activity",
		icon: "activity",
		key: "a",
		permission: "activity:read",
		view: later(() => import("./activity/activity.tsx").then(({ Activity }) => Activity)),
	},
];

export function App(): JSX.Element {
	return (
		<>
			{session.value ? <Shell key={session.value.user.userId} /> : <SignIn />}
			<Announcements />
		</>
	);
}

function Shell(): JSX.Element {
	const open = sections.filter(({ permission }) => may(permission));
	const [id = open[0]?.id, ...parts] = route.value;
	const named = sections.find((one) => one.id === id) ?? open[0];
	const section = open.find((one) => one === named);
	const isHelping = useSignal(false);
	const isGoing = useRef(0);
	const goTo = Object.fromEntries(open.map(({ id, key }) => [key, id]));
	useKeys({ "?": () => (isHelping.value = true), g: () => (isGoing.current = Date.now()) });
	useEffect(() => {
		// The second key of "G then …", before anybody else takes it.
		const onKey = (event: KeyboardEvent): void => {
			const target = goTo[event.key];
			if (Date.now() - isGoing.current > 1500 || target === undefined) return;
			isGoing.current = 0;
			event.preventDefault();
			event.stopPropagation();
			go(target);
		};
		addEventListener("keydown", onKey, { capture: true });
		return () => removeEventListener("keydown", onKey, { capture: true });
	});
	return (
		<div class="shell">
			<nav class="rail" aria-label="Sections">
				<ul>
					{open.map(({ id, name, icon }) => (
						<li key={id}>
							<a class="rail-item" href={place(id)} aria-current={section?.id === id ? "page" : undefined} title={name}>
								<Icon name={icon} />
								<span class="rail-name">{name}</span>
								{id === "inbox" && unreadCount.value > 0 && (
									<span class="badge strong">
										{unreadCount.value > 99 ? "99+" : unreadCount}
										<span class="unseen"> unread</span>
									</span>
								)}
							</a>
						</li>
					))}
				</ul>
				<Account onHelp={() => (isHelping.value = true)} />
			</nav>
			<main class="stage" id="stage" tabIndex={-1}>
				{section ? <Stage key={section.id} section={section} parts={parts} /> : <NotForThem section={named} />}
			</main>
			{isHelping.value && <Help onClose={() => (isHelping.value = false)} />}
		</div>
	);
}

/** Somebody followed an address that was meant for others. */
function NotForThem({ section }: { section: Section | undefined }): JSX.Element {
	const [first] = sections.filter(({ permission }) => may(permission));
	return (
		<div class="empty-state" role="alert">
			<h1>{section ? `${section.name} is not for you` : "Nothing here is for you"}</h1>
			<p class="quiet">Your role does not open it. Whoever keeps the roles of your organisation can change that.</p>
			{first && (
				<p>
					<a class="button" href={place(first.id)}>
						Go to {first.name}
					</a>
				</p>
			)}
		</div>
	);
}

function Stage({ section, parts }: { section: Section; parts: readonly string[] }): JSX.Element {
	const View = section.view as View;
	return <View parts={parts} />;
}

/** A view whose code is loaded when it is shown first. */
function later(load: () => Promise<View>): View {
	let loaded: View | undefined;
	return function Later(props) {
		const [, setReady] = useState(loaded !== undefined);
		useEffect(() => {
			if (loaded) return;
			load()
				.then((view) => {
					loaded = view;
					setReady(true);
				})
				// After a deployment the old file is gone.
				.catch(() => complain("This part could not be loaded. Reload the page."));
		}, []);
		const View = loaded;
		return View ? <View {...props} /> : <p class="empty">Loading…</p>;
	};
}

const themes: Record<Theme, { icon: IconName; next: Theme; name: string }> = {
	system: { icon: "system", next: "light", name: "as the system" },
	light: { icon: "sun", next: "dark", name: "light" },
	dark: { icon: "moon", next: "system", name: "dark" },
};

function Account({ onHelp }: { onHelp: () => void }): JSX.Element {
	const chosen = useSignal(theme());
	const { icon, next, name } = themes[chosen.value];
	const user = session.value?.user;
	return (
		<div class="account">
			<button
				type="button"
				class="button plain icon only-wide"
				aria-label="Keyboard shortcuts"
				title="Keyboard shortcuts (?)"
				onClick={onHelp}
			>
				<Icon name="help" />
			</button>
			<button
				type="button"
				class="button plain icon"
				aria-label={`Colours: ${name}`}
				title={`Colours: ${name}`}
				onClick={() => {
					chooseTheme(next);
					chosen.value = next;
				}}
			>
				<Icon name={icon} />
			</button>
			<button
				type="button"
				class="button plain icon"
				aria-label={`Sign out ${user?.name}`}
				title={`Sign out ${user?.name} (${user?.tenantId})`}
				onClick={() => signOut()}
			>
				<Avatar name={user?.name ?? ""} />
			</button>
		</div>
	);
}

function Help({ onClose }: { onClose: () => void }): JSX.Element {
	return (
		<Dialog title="Keyboard shortcuts" onClose={onClose}>
			<dl class="shortcuts">
				{shortcuts.map(({ keys, does }) => (
					<div key={does}>
						<dt>
							{keys.map((key) => (
								<kbd key={key}>{key}</kbd>
							))}
						</dt>
						<dd>{does}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}
