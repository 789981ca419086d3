module example.org/ballonet/service

go 1.19
