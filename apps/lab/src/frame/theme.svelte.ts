export type Theme = "light" | "dark";

const stored = "evenkeel-lab-theme";

/** Light or dark: the visitor's choice, or else the system's. */
class Themes {
  private readonly system = matchMedia("(prefers-color-scheme: dark)");
  private chosen = $state<Theme | undefined>(remembered());
  private systemIsDark = $state(this.system.matches);

  constructor() {
    this.system.addEventListener("change", ({ matches }) => {
      this.systemIsDark = matches;
    });
  }

  get current(): Theme {
    return this.chosen ?? (this.systemIsDark ? "dark" : "light");
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    try {
      localStorage.setItem(stored, theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
}

function remembered(): Theme | undefined {
  try {
    const theme = localStorage.getItem(stored);
    return theme === "light" || theme === "dark" ? theme : undefined;
  } catch {
    return undefined;
  }
}

export const themes = new Themes();
