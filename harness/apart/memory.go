//go:build linux && !race

package apart

import "syscall"

// limit bounds the memory of the process, in bytes of addresses. The race detector needs more than any bound.
func limit(most uint64) {
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most}) // without it a child ends by its time
}
