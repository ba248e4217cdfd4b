import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce, complain } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { fully } from "../core/time.ts";
import { deliveryErrors, recipientOf, toneOf, viewsOf, type Link, type LinkDelivery, type LinkEvent } from "./types.ts";

type Story = { link: Link; events: LinkEvent[]; isIntact: boolean; deliveries: LinkDelivery[] };
type Props = { uid: string; onClose: () => void; onChange: () => void };

/** How often an open link is looked at again: its recipient may be using it. */
const WATCH_MS = 5000;

/** One link: how it stands, what happened to it, what was sent, and what can be done about it. */
export function LinkDetail({ uid, onClose, onChange }: Props): JSX.Element {
	const story = useLoad(uid, () => read(uid));
	useEffect(() => {
		const timer = setInterval(() => {
			if (document.visibilityState === "visible") story.reload();
		}, WATCH_MS);
		return () => clearInterval(timer);
	}, []);
	return (
		<Dialog title={story.value ? `Link for ${recipientOf(story.value.link)}` : "Link"} kind="side" onClose={onClose}>
			<Waiting of={story}>
				{story.value && (
					<Content
						story={story.value}
						onChanged={() => {
							story.reload();
							onChange();
						}}
					/>
				)}
			</Waiting>
		</Dialog>
	);
}

async function read(uid: string): Promise<Story> {
	const path = `/v1/customerlink/${uid}`;
	const [{ link }, { events, isIntact }, { deliveries }] = await Promise.all([
		call<{ link: Link }>("GET", path),
		call<{ events: LinkEvent[]; isIntact: boolean }>("GET", `${path}/events?take=200`),
		call<{ deliveries: LinkDelivery[] }>("GET", `${path}/deliveries`),
	]);
	return { link, events: events.toReversed(), isIntact, deliveries };
}

function Content({
	story: { link, events, isIntact, deliveries },
	onChanged,
}: {
	story: Story;
	onChanged: () => void;
}): JSX.Element {
	const isBusy = useSignal(false);
	const act = async (what: string, body: object, done: string): Promise<void> => {
		isBusy.value = true;
		try {
			const [method, path] = what === "" ? ["PATCH", ""] : ["POST", `/${what}`];
			await call(method, `/v1/customerlink/${link.customerLinkUID}${path}`, body);
			announce(done);
			onChanged();
		} catch (error) {
			complain(messageOf(error));
		}
		isBusy.value = false;
	};
	const revoke = (): void => {
		if (confirm("Revoke this link? Whoever has it open is sent away at once, and it cannot be brought back."))
			void act("revoke", {}, "Revoked.");
	};
	const isOver = link.status === "Revoked";
	return (
		<div class="stack">
			<dl class="facts">
				<dt>Status</dt>
				<dd>
					<span class={toneOf(link.status)}>{link.status}</span>
				</dd>
				<dt>Opens</dt>
				<dd>
					{link.resourceType} <span class="quiet mono small">{link.resourceUid}</span>
				</dd>
				<dt>Protection</dt>
				<dd>
					{link.sensitivityTier}, {link.requireOtp ? "asks for a code" : "without a code"}
				</dd>
				<dt>Views</dt>
				<dd>{viewsOf(link)}</dd>
				<dt>Made</dt>
				<dd>
					{fully(link.createdAtUtc)}
					{link.createdByName ? ` by ${link.createdByName}` : ""}
				</dd>
				<dt>Works until</dt>
				<dd>{link.expiresAtUtc ? fully(link.expiresAtUtc) : "For ever"}</dd>
			</dl>
			{!isOver && (
				<div class="actions">
					<button
						type="button"
						class="button"
						disabled={isBusy.value}
						onClick={() => void act("resend", {}, "Sent again.")}
					>
						Send again
					</button>
					<button
						type="button"
						class="button"
						disabled={isBusy.value}
						onClick={() => void act("", { expiresInHours: 24 }, "It works for 24 hours from now.")}
					>
						24 hours from now
					</button>
					{link.status === "Locked" && (
						<button
							type="button"
							class="button"
							disabled={isBusy.value}
							onClick={() => void act("unlock", {}, "Unlocked.")}
						>
							Unlock
						</button>
					)}
					<button type="button" class="button danger" disabled={isBusy.value} onClick={revoke}>
						Revoke
					</button>
				</div>
			)}
			<section aria-label="Deliveries">
				<h3>Sent</h3>
				{deliveries.length === 0 && <p class="quiet small">Nothing was sent.</p>}
				<ul class="events">
					{deliveries.map((one) => (
						<li key={one.deliveryId}>
							<span>
								{one.kind === "Code" ? "Code" : "Link"} by {one.channel === "Sms" ? "text message" : "e-mail"} to{" "}
								{one.masked} <span class={toneOf(one.status)}>{one.status}</span>
							</span>
							<span class="quiet small">
								{fully(one.createdAtUtc)}
								{one.errorCode ? ` · ${deliveryErrors[one.errorCode] ?? one.errorCode}` : ""}
							</span>
						</li>
					))}
				</ul>
			</section>
			<section aria-label="Events">
				<h3>What happened</h3>
				{!isIntact && (
					<p class="notice danger" role="alert">
						This record was changed after it was written. Do not rely on it.
					</p>
				)}
				<ol class="events">
					{events.map((event) => (
						<li key={event.n}>
							<span>
								{nameOf(event.type)}
								{event.channel ? ` (${event.channel})` : ""}
							</span>
							<span class="quiet small">
								{[
									fully(event.atUtc),
									event.actorType === "Recipient" ? "recipient" : (event.actorId ?? ""),
									event.ip ?? "",
									event.country ?? "",
								]
									.filter(Boolean)
									.join(" · ")}
							</span>
						</li>
					))}
				</ol>
			</section>
		</div>
	);
}

/** `OtpVerified` as words. */
function nameOf(type: string): string {
	const words = type
		.replace("Otp", "Code")
		.replaceAll(/([a-z])([A-Z])/g, "$1 $2")
		.toLowerCase();
	return words.charAt(0).toUpperCase() + words.slice(1);
}
