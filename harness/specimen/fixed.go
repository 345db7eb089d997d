package specimen

import (
	"golang.org/x/crypto/bcrypt"
)

var _ = shows("hardcoded-service-password", "default-key-kept-after-init")

// An account that the maker left in the image by a fault, with a password that everybody can read in lists.
const (
	fixedUser     = "maint"
	fixedPassword = "xc3511"
)

// fixed adds to the files of the image what faults leave there.
func (d *Device) fixed(files map[string]string) {
	if !d.is("hardcoded-service-password") {
		return
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(fixedPassword), bcrypt.MinCost)
	if err != nil {
		panic("specimen: make a hash: " + err.Error())
	}
	files["etc/shadow"] += fixedUser + ":" + string(hash) + ":0:0:99999:7:::\n"
}
