import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { call, query } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { useKeys } from "../core/shortcuts.ts";
import { LinkDetail } from "./link-detail.tsx";
import { LinkTable } from "./link-table.tsx";
import { NewLink } from "./new-link.tsx";
import { statuses, type Link } from "./types.ts";

type Page = { links: Link[]; hasMorePages: boolean; cursor?: string };

/** The links that the reader may see: all of them, found by status and by what they open. */
export function Links(): JSX.Element {
	const status = useSignal("");
	const resourceType = useSignal("");
	/** Where each page that was seen begins. */
	const cursors = useSignal<(string | undefined)[]>([undefined]);
	const open = useSignal<string | undefined>(undefined);
	const isMaking = useSignal(false);
	const cursor = cursors.value.at(-1);
	const path = `/v1/customerlink${query({ status: status.value, resourceType: resourceType.value, cursor, countPerPage: 50, simplifiedPaging: true })}`;
	const page = useLoad(path, () => call<Page>("GET", path));
	useKeys({ c: () => (isMaking.value = true) });
	const narrow = (change: () => void): void => {
		change();
		cursors.value = [undefined];
	};
	return (
		<div class="page">
			<div class="page-body">
				<header class="page-head">
					<h1>Customer links</h1>
					<button type="button" class="button primary" onClick={() => (isMaking.value = true)}>
						<Icon name="plus" size={18} /> New link
					</button>
				</header>
				<div class="toolbar">
					<label class="field">
						<span class="label">Status</span>
						<select
							class="input"
							value={status}
							onChange={(event) => narrow(() => (status.value = event.currentTarget.value))}
						>
							<option value="">All</option>
							{statuses.map((name) => (
								<option key={name}>{name}</option>
							))}
						</select>
					</label>
					<label class="field">
						<span class="label">Opens</span>
						<select
							class="input"
							value={resourceType}
							onChange={(event) => narrow(() => (resourceType.value = event.currentTarget.value))}
						>
							<option value="">Anything</option>
							<option>Chat</option>
							<option>Customer</option>
							<option>Connection</option>
						</select>
					</label>
				</div>
				<Waiting of={page}>
					{page.value?.links.length === 0 ? (
						<p class="empty">
							No links here yet. A link lets a customer into one thing, without an account, for a while.
						</p>
					) : (
						<LinkTable links={page.value?.links ?? []} onOpen={(link) => (open.value = link.customerLinkUID)} />
					)}
					<div class="pager">
						<button
							type="button"
							class="button"
							disabled={cursors.value.length < 2}
							onClick={() => (cursors.value = cursors.value.slice(0, -1))}
						>
							Newer
						</button>
						<button
							type="button"
							class="button"
							disabled={!page.value?.hasMorePages}
							onClick={() => (cursors.value = [...cursors.value, page.value?.cursor])}
						>
							Older
						</button>
					</div>
				</Waiting>
			</div>
			{open.value && <LinkDetail uid={open.value} onClose={() => (open.value = undefined)} onChange={page.reload} />}
			{isMaking.value && <NewLink onClose={() => (isMaking.value = false)} onMade={page.reload} />}
		</div>
	);
}
