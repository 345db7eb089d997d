package harness

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/secure-by-design/assay/harness/evidence"

	"github.com/secure-by-design/assay/provisions"
)

// Facts are what tells one device, and one start of it, from another (rule IDENTITY).
type Facts struct {
	Link string            `json:"link,omitempty"` // link-layer address, where it is seen
	Keys map[string]string `json:"keys,omitempty"` // public key by service: "tls 443", "ssh 22"
	Boot map[string]string `json:"boot,omitempty"` // version and boot facts by where they were read
}

// same reads the identity again before a case. Another identity stops the run; another version begins an epoch.
func (r *Run) same(dut *DUT) bool {
	if r.Identify == nil {
		return true
	}
	now, err := r.Identify(r.ctx, dut.dev)
	if err != nil {
		return true // an absent device is the health watch's business
	}
	then := r.facts
	dut.mu.Lock()
	fresh := then == nil || dut.epochOfFacts != dut.epoch
	dut.epochOfFacts = dut.epoch
	dut.mu.Unlock()
	r.facts = &now
	data, _ := json.Marshal(now)
	if then == nil {
		r.record(evidence.Event{Kind: evidence.Saw, Device: dut.Name, Key: "identity", Data: data})
		return true
	}
	switch why := differs(*then, now, fresh); {
	case why != "":
		r.stop(fmt.Errorf("another device answers at the address: %s", why))
		return false
	case !maps.Equal(then.Boot, now.Boot):
		r.record(evidence.Event{Kind: evidence.Saw, Device: dut.Name, Key: "identity", Data: data})
		dut.mu.Lock()
		dut.newEpoch(provisions.Disruptive)
		dut.mu.Unlock()
	}
	return true
}

// differs says how another device is known. A key may change where we have done something in between, or where the
// link-layer address vouches for the device.
func differs(then, now Facts, afterDeed bool) string {
	if then.Link != "" && now.Link != "" {
		if then.Link != now.Link {
			return fmt.Sprintf("its link-layer address was %s and is %s", then.Link, now.Link)
		}
		return ""
	}
	if afterDeed {
		return ""
	}
	for at, k := range then.Keys {
		if n := now.Keys[at]; n != "" && n != k {
			return fmt.Sprintf("its key at %s was %.12s… and is %.12s…", at, k, n)
		}
	}
	return ""
}
