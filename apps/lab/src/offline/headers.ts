/**
 * What the page may load and do: its own scripts, styles and data, WebAssembly, and nothing from elsewhere. The built
 * page says so itself too, for hosts of static files.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

/** What a server of the lab sends along with every file. */
export const headers: Readonly<Record<string, string>> = {
  // Who may frame a page can be said in a header only.
  "Content-Security-Policy": `${contentSecurityPolicy}; frame-ancestors 'none'`,
  // With these three, the browser lets WebAssembly have threads.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
