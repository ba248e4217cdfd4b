import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call, messageOf, query } from "../core/api.ts";
import { fully } from "../core/time.ts";
import type { ConnectionEvent } from "./types.ts";

const PAGE = 50;

type Props = { id: string; version: number; names: readonly { id: string; name: string }[] };
type Answer = { events: ConnectionEvent[]; hasMore: boolean };

/** What happened to a connection, the oldest first; read again from where it was when there is a new version. */
export function History({ id, version, names }: Props): JSX.Element {
	const events = useSignal<ConnectionEvent[]>([]);
	const hasMore = useSignal(false);
	const problem = useSignal("");
	const load = async (): Promise<void> => {
		problem.value = "";
		try {
			const after = events.value.at(-1)?.version ?? 0;
			const path = `/api/connections/${id}/events${query({ after, take: PAGE })}`;
			const answer = await call<Answer>("GET", path);
			// Asked twice at once, each event is still there once.
			const known = events.value.at(-1)?.version ?? 0;
			events.value = [...events.value, ...answer.events.filter((event) => event.version > known)];
			hasMore.value = answer.hasMore;
		} catch (error) {
			problem.value = messageOf(error);
		}
	};
	useEffect(() => void load(), [id, version]);
	const nameOf = (contactId: string | null | undefined): string =>
		names.find((one) => one.id === contactId)?.name ?? "Nobody of the two";
	return (
		<section class="block" aria-label="History">
			<h2>History</h2>
			<ol class="events">
				{events.value.map((event) => (
					<li key={event.version}>
						<span>
							<b>{event.type}</b> <span dir="auto">{event.contactId ? `by ${nameOf(event.contactId)}` : ""}</span>
						</span>
						<span class="quiet small" dir="auto">
							{[
								fully(event.dateCreated),
								event.userId ? `entered by ${event.userId}` : "",
								event.reason ? `“${event.reason}”` : "",
							]
								.filter(Boolean)
								.join(" · ")}
						</span>
					</li>
				))}
			</ol>
			{hasMore.value && (
				<button type="button" class="button" onClick={() => void load()}>
					Show more
				</button>
			)}
			{problem.value && (
				<p class="notice danger" role="alert">
					{problem}{" "}
					<button type="button" class="button" onClick={() => void load()}>
						Try again
					</button>
				</p>
			)}
		</section>
	);
}
