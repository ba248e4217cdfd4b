import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { call } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { shortly } from "../core/time.ts";
import { LinkDetail } from "./link-detail.tsx";
import { NewLink } from "./new-link.tsx";
import { recipientOf, toneOf, type Link } from "./types.ts";

/** The links to one thing, and a way to make another. */
export function LinksOf({ resourceType, resourceUid }: { resourceType: string; resourceUid: string }): JSX.Element {
	const open = useSignal<string | undefined>(undefined);
	const isMaking = useSignal(false);
	const path = `/v1/customerlink/resource/${resourceType}/${resourceUid}?countPerPage=20&simplifiedPaging=true`;
	const page = useLoad(path, () => call<{ links: Link[] }>("GET", path));
	return (
		<section class="links-of" aria-label="Customer links">
			<h3>
				Customer links{" "}
				<button
					type="button"
					class="button plain icon"
					aria-label="New link"
					title="New link"
					onClick={() => (isMaking.value = true)}
				>
					<Icon name="plus" size={16} />
				</button>
			</h3>
			<Waiting of={page}>
				{page.value?.links.length === 0 && <p class="quiet small">Nobody has been sent a link yet.</p>}
				<ul>
					{page.value?.links.map((link) => (
						<li key={link.customerLinkUID}>
							<button type="button" class="link-button" onClick={() => (open.value = link.customerLinkUID)}>
								{recipientOf(link)}
							</button>
							<span class={toneOf(link.status)}>{link.status}</span>
							<span class="quiet small">{shortly(link.createdAtUtc)}</span>
						</li>
					))}
				</ul>
			</Waiting>
			{open.value && <LinkDetail uid={open.value} onClose={() => (open.value = undefined)} onChange={page.reload} />}
			{isMaking.value && (
				<NewLink
					resource={{ resourceType, resourceUid }}
					onClose={() => (isMaking.value = false)}
					onMade={page.reload}
				/>
			)}
		</section>
	);
}
