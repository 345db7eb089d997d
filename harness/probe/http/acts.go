package http

// Acts tells whether a path or a label says that it does something: such places are never followed, nor sent odd input.
func Acts(text string) bool {
	return (&crawl{actions: lines(actionList)}).acts(text)
}
