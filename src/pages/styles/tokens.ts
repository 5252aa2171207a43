/** Colours, spaces, sizes of text and radii: all that other blocks may use. Every pair of text and ground has AA contrast. */
export const tokens = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --surface: #fff; --sunken: #f0f2f5; --line: #e2e5ea; --edge: #868e9b; --text: #16191e; --soft: #586070;
  --accent: #0b5fd6; --on-accent: #fff; --accent-ground: #e8f0fd;
  --ok: #14663a; --ok-ground: #e2f4e9; --warn: #7d4a00; --warn-ground: #fdf0d9; --bad: #a8211a; --bad-ground: #fdebe9;
  --s1: .25rem; --s2: .5rem; --s3: .75rem; --s4: 1rem; --s5: 1.5rem; --s6: 2rem; --s7: 3rem;
  --small: .8125rem; --normal: 1rem; --large: 1.375rem; --radius: .5rem; --radius-large: .875rem;
  --code: #fff; --code-line: #e2e5ea; --shadow: 0 1px 2px #10182812, 0 4px 16px #1018280a }
@media (prefers-color-scheme: dark) {
  :root { --page: #111317; --surface: #1a1d22; --sunken: #14161a; --line: #2c3138; --edge: #747d8a; --text: #eceef1; --soft: #a4acb8;
    --accent: #6aa8ff; --on-accent: #0c1119; --accent-ground: #18273f;
    --ok: #74d19b; --ok-ground: #14301f; --warn: #efb85e; --warn-ground: #362812; --bad: #ff9e94; --bad-ground: #3f1b18;
    --shadow: none }
}
`
