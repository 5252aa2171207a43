import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { ConfigError, readConfig, settingNames } from '../src/config/config.js'
import { read } from './support/documents.js'

type Labels = Record<string, string>

interface Container {
  image: string
  envFrom: ({ configMapRef: { name: string } } | { secretRef: { name: string } })[]
  ports: { name: string; containerPort: number }[]
  securityContext: object
  startupProbe: Probe
  livenessProbe: Probe
  readinessProbe: Probe
  volumeMounts?: { name: string; mountPath: string }[]
}

interface Probe {
  httpGet: { path: string; port: string }
  periodSeconds: number
  failureThreshold?: number
}

interface PodSpec {
  terminationGracePeriodSeconds: number
  securityContext: object
  containers: Container[]
  volumes?: { name: string; persistentVolumeClaim: { claimName: string } }[]
}

interface DeploymentSpec {
  replicas: number
  selector: { matchLabels: Labels }
  strategy: object
  template: { metadata: { labels: Labels }; spec: PodSpec }
}

interface Manifest {
  kind: string
  metadata: { name: string; labels: Labels }
  data?: Record<string, string>
  stringData?: Record<string, string>
  spec?: unknown
}

/** What the operator writes in place of `<…>`, as they might. */
const filledIn: Record<string, string> = {
  DINGTALK_APP_ID: 'dingexample',
  DINGTALK_APP_SECRET: 'the-secret-of-the-application',
  SESSION_SECRETS: '0123456789abcdef0123456789abcdef',
  DATABASE_URL: 'postgresql://login:letters0and1digits@postgres.example:5432/login',
}

const manifests: Manifest[] = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS())

function manifest(kind: string): Manifest {
  const [found, ...others] = manifests.filter((one) => one.kind === kind)
  if (!found || others.length > 0) throw new Error(`there is not exactly one ${kind}`)
  return found
}

const deployment = manifest('Deployment').spec as DeploymentSpec
const pod = deployment.template.spec
const [server] = pod.containers
if (!server) throw new Error('there is no container')
const config = manifest('ConfigMap').data ?? {}
const secret = manifest('Secret').stringData ?? {}
const configFor = (environment: Record<string, string>) => readConfig({ ...environment, NODE_ENV: 'production' })

describe('deploy/kubernetes.yaml', () => {
  it('hands on settings that there are, secrets in the Secret alone', () => {
    expect(settingNames).toEqual(expect.arrayContaining([...Object.keys(config), ...Object.keys(secret)]))
    expect(Object.keys(secret).sort()).toEqual(Object.keys(filledIn).sort())
    expect(server.envFrom).toEqual([
      { configMapRef: { name: manifest('ConfigMap').metadata.name } },
      { secretRef: { name: manifest('Secret').metadata.name } },
    ])
  })

  it('does not start as it stands, and names what is to be filled in', () => {
    let faults: string[] = []
    try {
      configFor({ ...config, ...secret })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      faults = error.faults.map(({ setting }) => setting)
    }
    expect(faults.sort()).toEqual(Object.keys(filledIn).sort())
  })

  it('makes settings that production takes, once they are filled in', () => {
    const { listen, edge, publicUrl } = configFor({ ...config, ...filledIn })
    const ports = server.ports.map(({ name, containerPort }) => [name, containerPort])
    expect(ports).toEqual([
      ['http', listen.port],
      ['metrics', listen.metricsPort],
    ])
    expect(edge.trustProxy).toBe(1)
    const { rules, tls } = manifest('Ingress').spec as { rules: { host: string }[]; tls: { hosts: string[] }[] }
    expect(rules.map(({ host }) => `https://${host}`)).toEqual([publicUrl])
    expect(tls.map(({ hosts }) => hosts)).toEqual(rules.map(({ host }) => [host]))
  })

  it('leads to the servers, and to nothing but their public port', () => {
    const { labels } = deployment.template.metadata
    const service = manifest('Service').spec as { selector: Labels; ports: { targetPort: string }[] }
    const budget = manifest('PodDisruptionBudget').spec as { selector: { matchLabels: Labels } }
    expect([deployment.selector.matchLabels, service.selector, budget.selector.matchLabels]).toEqual([
      labels,
      labels,
      labels,
    ])
    expect(service.ports.map(({ targetPort }) => targetPort)).toEqual(['http'])
    expect(JSON.stringify(manifest('Ingress').spec)).not.toContain('metrics')
  })

  it('closes the containers off: not root, nothing to write to, no right beyond', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(server.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('waits for a start and a stop as long as they take', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(10)
    expect(server.startupProbe.httpGet.path).toBe('/healthz')
    expect(server.livenessProbe.httpGet.path).toBe('/healthz')
    expect(server.readinessProbe.httpGet.path).toBe('/readyz')
    // The two seconds in which /readyz says no and everything is still served.
    const { periodSeconds, failureThreshold = 3 } = server.readinessProbe
    expect(periodSeconds * failureThreshold).toBeLessThan(2)
  })

  it('runs the image of the Dockerfile, from no registry', () => {
    expect(server.image).toBe(/image: (\S+)/.exec(read('compose.yaml').split('build: .')[1] ?? '')?.[1])
  })
})

describe('its changes for SQLite, in docs/guides/company.md', () => {
  const [claim, changes] = (/```yaml\n(apiVersion.*?)```/s.exec(read('docs/guides/company.md'))?.[1] ?? '').split(
    '---\n',
  )
  const { spec } = parse(changes ?? '') as { spec: DeploymentSpec }

  it('run one process at a time, with the default database on a volume', () => {
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    const { DATABASE_URL: _, ...others } = filledIn
    expect(configFor({ ...config, ...others }).databaseUrl).toBe('file:./data/login.db')
    const { WORKDIR, VOLUME } = Object.fromEntries(
      [...read('Dockerfile').matchAll(/^(WORKDIR|VOLUME) (\S+)$/gm)].map(([, name, value]) => [name, value]),
    )
    expect(VOLUME).toBe(`${WORKDIR}/data`)
    const [container] = spec.template.spec.containers
    expect(container?.volumeMounts).toEqual([{ name: 'data', mountPath: VOLUME }])
    expect(spec.template.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: (parse(claim ?? '') as Manifest).metadata.name } },
    ])
  })
})
