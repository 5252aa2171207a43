import type { Access, AccessStep } from './access.js'
import { changesBetween, settingsOf } from './application-plan.js'
import type { Audit } from './audit.js'
import { changedRules, rulesOf } from './group.js'

/** Writes into the audit trail what these steps have made of what was there. */
export function noteSteps(audit: Audit, steps: readonly AccessStep[], { applications, groups }: Access): void {
  const applicationOf = (id: string) => applications.find((one) => one.id === id)
  const groupOf = (name: string) => groups.find((one) => one.name === name)
  for (const step of steps) {
    if (step.step === 'add_group') audit.groupAdded(step.group.name, rulesOf(step.group))
    else if (step.step === 'add') audit.applicationAdded(step.application.id, settingsOf(step.application))
    else if (step.step === 'change_group') {
      const before = groupOf(step.name)
      if (before) audit.groupChanged(step.name, changedRules(before, step.rules))
    } else if (step.step === 'remove_group') {
      const before = groupOf(step.name)
      if (before) audit.groupRemoved(step.name, rulesOf(before))
    } else {
      const before = applicationOf(step.id)
      if (!before) continue
      if (step.step === 'remove') audit.applicationRemoved(step.id, settingsOf(before))
      else
        audit.applicationChanged(step.id, changesBetween(settingsOf(before), settingsOf({ ...before, ...step.fields })))
    }
  }
}
