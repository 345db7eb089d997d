package firmware

import (
	"crypto/md5"
	"strings"
)

// md5crypt is the $1$ scheme of crypt(3) with the salt of a hash: the one that old systems of devices use.
func md5crypt(password, like string) string {
	f := strings.Split(like, "$")
	if len(f) != 4 || f[1] != "1" {
		return ""
	}
	pw, salt := []byte(password), []byte(f[2][:min(8, len(f[2]))])
	join := func(parts ...[]byte) []byte {
		h := md5.New()
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	inner := join(pw, salt, pw)
	mixed := append(append(append([]byte{}, pw...), "$1$"...), salt...)
	for n := len(pw); n > 0; n -= 16 {
		mixed = append(mixed, inner[:min(16, n)]...)
	}
	for n := len(pw); n > 0; n >>= 1 {
		if n&1 == 1 {
			mixed = append(mixed, 0)
		} else {
			mixed = append(mixed, pw[0])
		}
	}
	sum := join(mixed)
	for i := range 1000 {
		a, b := sum, pw
		if i&1 == 1 {
			a, b = pw, sum
		}
		var s, p []byte
		if i%3 != 0 {
			s = salt
		}
		if i%7 != 0 {
			p = pw
		}
		sum = join(a, s, p, b)
	}
	const digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var out strings.Builder
	put := func(v uint, n int) {
		for range n {
			out.WriteByte(digits[v&63])
			v >>= 6
		}
	}
	for _, o := range [][3]int{{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}} {
		put(uint(sum[o[0]])<<16|uint(sum[o[1]])<<8|uint(sum[o[2]]), 4)
	}
	put(uint(sum[11]), 2)
	return "$1$" + string(salt) + "$" + out.String()
}
