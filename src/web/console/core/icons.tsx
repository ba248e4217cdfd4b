import type { JSX } from "preact";

/** Drawn on a grid of 20, with lines of 1.5. Names say what is meant, not what is seen. */
const paths = {
	inbox: "M3 11.5 5 4.5h10l2 7v4a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 11.5h4l1 2h4l1-2h4",
	customers: "M4 16.5v-11l6-2.5v13.5M10 8l6 2v6.5M2.5 16.5h15M6.5 7.5v0M6.5 10.5v0M6.5 13.5v0M13 12.5v0",
	connections: "M6.5 8a2.2 2.2 0 1 0 0-.1M13.5 16a2.2 2.2 0 1 0 0-.1M8.3 9.6l3.5 4.6M13 6.5h4M15 4.5v4",
	links:
		"M8.5 11.5a3 3 0 0 0 4.2 0l2.9-2.9a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-2.9 2.9a3 3 0 0 0 4.2 4.2l1-1",
	activity: "M3 16.5h14M5.5 13V9.5M10 13V4M14.5 13V7",
	search: "M9 14.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
	plus: "M10 4v12M4 10h12",
	back: "M12 4.5 6.5 10l5.5 5.5",
	more: "M5 10v0M10 10v0M15 10v0",
	send: "M3.5 10 16.5 4l-4 13-3.5-5.500zM9 11.500l3.5-3.5",
	reply: "M8 5 3.5 9.5 8 14M3.5 9.500H12a4.5 4.5 0 0 1 4.5 4.500v1.5",
	edit: "M4 16l.8-3.500L13 4.300a1.4 1.4 0 0 1 2 0l.7.7a1.4 1.4 0 0 1 0 2l-8.2 8.200z",
	remove: "M4 6h12M8 6V4h4v2M6 6l.6 10h6.800L14 6",
	archive: "M3.5 7V4h13v3M4.5 7v9h11V7M8 10.500h4",
	people:
		"M7.5 9.500a2.8 2.8 0 1 0 0-.1M2.5 16.500c0-3 2-4.5 5-4.500s5 1.5 5 4.500M13 6.700a2.4 2.4 0 1 1 0 4.800M15 12.700c1.7.5 2.5 1.8 2.5 3.8",
	close: "M5 5l10 10M15 5 5 15",
	sun: "M10 13.200a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400zM10 2.500v1.500M10 16v1.500M2.5 10H4M16 10h1.500M4.7 4.700l1 1M14.3 14.300l1 1M15.3 4.700l-1 1M5.7 14.300l-1 1",
	moon: "M16 11.500A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.500z",
	system: "M3.5 4.500h13v9h-13zM7.5 16.500h5",
	help: "M7.5 7.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700M10 14.500v0M10 17.500a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z",
	leave: "M8 4H4v12h4M8 10h8M13 7l3 3-3 3",
	clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l2.5 2",
	check: "M4 10.5 8 14.5 16 5.5",
	checks: "M2 10.5 5.5 14 12 6.500M8.5 14 9 14.2 18 6",
	warning: "M10 3.5 17.5 16.500h-15zM10 8v4M10 14.300v0",
	down: "M5 8l5 5 5-5",
	right: "M8 5l5 5-5 5",
	copy: "M7 7h9v9H7zM4 13V4h9",
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words, or in a button that has a name. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
	return (
		<svg
			width={size}
			height={size}
			viewBox="0 0 20 20"
			fill="none"
			stroke="currentColor"
			stroke-width="1.5"
			stroke-linecap="round"
			stroke-linejoin="round"
			aria-hidden="true"
		>
			<path d={paths[name]} />
		</svg>
	);
}
