/** The network namespaces that tests and the bench move ports to. */
export const testNamespaces = ['flash-nics', 'flash-bench'] as const;
