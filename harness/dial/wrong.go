package dial

import (
	"fmt"
	"sync"
)

// wrong counts wrong tries by account.
type wrong struct {
	mu             sync.Mutex
	spent, allowed map[string]int
}

// Wrong spends a wrong try of an account, before it is made. Where none is left it returns ErrBudget: do not try.
func (d *Door) Wrong(account string) error {
	w := &d.wrong
	w.mu.Lock()
	defer w.mu.Unlock()
	n, declared := w.allowed[account]
	if !declared {
		n = d.opt.WrongPerAccount
	}
	if w.spent[account] >= n {
		return fmt.Errorf("try a password at %s: %w: %d of %d wrong tries were made; declare its lock-out in the device file to allow more", account, ErrBudget, w.spent[account], n)
	}
	w.spent[account]++
	return nil
}

// Declare allows an account n wrong tries in all, because its lock-out is declared (rule TRY). The larger number holds.
func (d *Door) Declare(account string, n int) {
	d.wrong.mu.Lock()
	defer d.wrong.mu.Unlock()
	d.wrong.allowed[account] = max(n, d.wrong.allowed[account], d.opt.WrongPerAccount)
}

// Tried is how many wrong tries an account has had.
func (d *Door) Tried(account string) int {
	d.wrong.mu.Lock()
	defer d.wrong.mu.Unlock()
	return d.wrong.spent[account]
}
