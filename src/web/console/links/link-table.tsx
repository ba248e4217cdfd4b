import type { JSX } from "preact";
import { fully } from "../core/time.ts";
import { recipientOf, toneOf, viewsOf, type Link } from "./types.ts";

/** Links in rows; on a phone each is a card. */
export function LinkTable({ links, onOpen }: { links: readonly Link[]; onOpen: (link: Link) => void }): JSX.Element {
	return (
		<table class="cards">
			<thead>
				<tr>
					<th>Recipient</th>
					<th>Opens</th>
					<th>Status</th>
					<th class="numeric">Views</th>
					<th>Works until</th>
					<th>Made by</th>
				</tr>
			</thead>
			<tbody>
				{links.map((link) => (
					<tr key={link.customerLinkUID}>
						<td>
							<button type="button" class="link-button" onClick={() => onOpen(link)}>
								{recipientOf(link)}
							</button>
						</td>
						<td>
							{link.resourceType} <span class="quiet small">{link.sensitivityTier}</span>
						</td>
						<td>
							<span class={toneOf(link.status)}>{link.status}</span>
						</td>
						<td class="numeric">{viewsOf(link)}</td>
						<td>{link.expiresAtUtc ? fully(link.expiresAtUtc) : "For ever"}</td>
						<td>{link.createdByName ?? ""}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
