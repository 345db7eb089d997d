//go:build linux && !race

package firmware

import "syscall"

// limit bounds the memory of the process, in bytes of addresses. The race detector needs more than any bound.
func limit() {
	most := &syscall.Rlimit{Cur: addresses, Max: addresses}
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, most) // without it the search ends by its time
}

const addresses = 6 << 30
