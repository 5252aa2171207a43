/** The login page, and what shares its manner. */
export const login = `
.late { animation: late 0s 3s both }
@keyframes late { from { visibility: hidden } }
.code { display: grid; place-items: center; min-height: 300px; margin: var(--s4) 0 }
.code iframe { width: 300px; height: 300px; max-width: 100%; border: 0; border-radius: var(--radius); background: #fff; color-scheme: light }
`
