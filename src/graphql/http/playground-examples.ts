/** The tabs that the playground opens with. */
export const PLAYGROUND_EXAMPLES: readonly {
  readonly query: string;
  readonly variables?: string;
}[] = [
  {
    query: `# What runs where. Ctrl-Enter runs it.
query Pods {
  core {
    v1 {
      pods {
        metadata { resourceVersion }
        items {
          metadata { namespace name }
          status { phase podIP }
          node { metadata { name } }
        }
      }
    }
  }
}
`,
  },
  {
    query: `# The classic: apply it twice to see "created", then "unchanged".
mutation Apply($manifest: String!) {
  apply(manifest: $manifest) {
    document
    message
    error { reason message }
  }
}
`,
    variables: JSON.stringify(
      {
        manifest: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
spec:
  replicas: 2
  selector:
    matchLabels: {app: nginx}
  template:
    metadata:
      labels: {app: nginx}
    spec:
      containers:
        - name: nginx
          image: nginx:1.7.9
          ports: [{containerPort: 80}]
`,
      },
      null,
      2,
    ),
  },
  {
    query: `# Everything that happens to a rollout, on one stream. Run it, then apply or scale in another tab.
subscription Rollout {
  watch(
    resources: [
      { resource: "deployments", namespace: "default" }
      { resource: "replicasets", namespace: "default" }
      { resource: "pods", namespace: "default" }
    ]
  ) {
    type
    resourceVersion
    object {
      kind
      metadata { name }
      ... on AppsV1Deployment { status { replicas readyReplicas } }
      ... on CoreV1Pod { spec { nodeName } status { phase } }
    }
  }
}
`,
  },
  {
    query: `mutation Scale {
  scaleAppsV1Deployment(name: "nginx-deployment", replicas: 5) {
    metadata { resourceVersion }
    spec { replicas }
  }
}
`,
  },
  {
    query: `# From a Deployment down to the nodes of its Pods, at one moment.
query Tree {
  apps {
    v1 {
      deployment(name: "nginx-deployment") {
        metadata { name resourceVersion }
        replicaSets {
          metadata { name }
          pods {
            metadata { name }
            status { phase }
            node { metadata { name } }
            events { reason message }
          }
        }
      }
    }
  }
}
`,
  },
];
