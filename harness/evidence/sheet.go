package evidence

import "sync"

// A Sheet collects what one question sent and received, until it is written to the record.
// It is bounded: what exceeds the quota is counted, not kept.
type Sheet struct {
	mu      sync.Mutex
	items   []Item
	bytes   int
	Quota   int // bytes; 0 means DefaultQuota
	Dropped int // bytes beyond the quota
}

// An Item is a named piece of evidence.
type Item struct {
	Name string
	Data []byte
}

// DefaultQuota is what one question may keep, in bytes.
const DefaultQuota = 16 << 20

// Add keeps a copy of b.
func (s *Sheet) Add(name string, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	quota := s.Quota
	if quota == 0 {
		quota = DefaultQuota
	}
	if s.bytes+len(b) > quota {
		s.Dropped += len(b)
		return
	}
	s.bytes += len(b)
	s.items = append(s.items, Item{name, append([]byte(nil), b...)})
}

// Items are what was kept, in order.
func (s *Sheet) Items() []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Item(nil), s.items...)
}
