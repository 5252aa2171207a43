import { createClient } from 'dingtalk-login/client'
import { useCallback, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

const client = createClient(import.meta.env.VITE_LOGIN_SERVER ?? 'http://localhost:8000')

/** Who is signed in: `me` is undefined when nobody is, and `isKnown` false until the server has said so. */
function useLogin() {
  const [login, setLogin] = useState({ isKnown: false })
  const showProblem = useCallback((problem) => setLogin((before) => ({ ...before, problem })), [])
  useEffect(() => client.onChange((me) => setLogin({ isKnown: true, me }), showProblem), [showProblem])
  return { ...login, showProblem }
}

function App() {
  const { isKnown, me, problem, showProblem } = useLogin()
  const text = me ? `Hello, ${me.nick}!` : 'Nobody is signed in.'
  const act = me ? () => client.logout().catch(showProblem) : () => client.login()
  return (
    <>
      <p>{problem?.message ?? (isKnown && text)}</p>
      <button type="button" onClick={act} hidden={!isKnown}>
        {me ? 'Log out' : 'Log in with DingTalk'}
      </button>
    </>
  )
}

createRoot(document.getElementById('app')).render(<App />)
