package main

import (
	"encoding/json"
	"log"
	"net/http"
	"net/url"
	"time"
)

// The proxy in front asks the login server about each request, and puts these headers in the place of whatever the
// browser sent by those names.
func report(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("X-Auth-Request-User")
	if id == "" {
		http.Error(w, "not behind the proxy", http.StatusUnauthorized)
		return
	}
	name, err := url.PathUnescape(r.Header.Get("X-Auth-Request-Preferred-Username"))
	if err != nil {
		http.Error(w, "unreadable name", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(map[string]any{"total": 42, "for": id, "name": name}); err != nil {
		log.Print(err)
	}
}

func main() {
	http.HandleFunc("GET /report", report)
	// On this machine's own address alone: whoever gets past the proxy could write the headers.
	server := &http.Server{Addr: "127.0.0.1:3000", ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
