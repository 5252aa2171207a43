// Lets the buttons beside texts copy them; without it one selects the text.
if (navigator.clipboard)
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.querySelector(`#${button.dataset.copy}`).textContent)
      button.textContent = button.dataset.done
    })
  }
