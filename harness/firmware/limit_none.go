//go:build !linux || race

package firmware

// limit bounds nothing here: the search ends by its time.
func limit() {}
