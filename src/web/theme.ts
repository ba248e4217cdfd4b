/** What a page's colours follow: the system, or what the reader chose. */
export type Theme = "system" | "light" | "dark";

const KEY = "foyer.theme";

export function theme(): Theme {
	const kept = localStorage.getItem(KEY);
	return kept === "light" || kept === "dark" ? kept : "system";
}

/** Chooses, now and for later visits. */
export function chooseTheme(chosen: Theme): void {
	if (chosen === "system") localStorage.removeItem(KEY);
	else localStorage.setItem(KEY, chosen);
	applyTheme();
}

/** To be called when a page starts. */
export function applyTheme(): void {
	const chosen = theme();
	if (chosen === "system") delete document.documentElement.dataset["theme"];
	else document.documentElement.dataset["theme"] = chosen;
}
