module example.org/ballonet/hosts

go 1.19
