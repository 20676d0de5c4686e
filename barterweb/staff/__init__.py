"""What cluster and operator staff do for the network: the work queue, applications, disputes, the books, the figures."""
